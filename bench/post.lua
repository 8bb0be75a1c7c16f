-- wrk: POSTs the bodies of the file BODIES, one a line, in turn.
local requests, count, index = {}, 0, 0
function init()
  for line in io.lines(os.getenv("BODIES")) do
    count = count + 1
    requests[count] = wrk.format("POST", nil, { ["Content-Type"] = "application/json" }, line)
  end
end
function request()
  index = index % count + 1
  return requests[index]
end

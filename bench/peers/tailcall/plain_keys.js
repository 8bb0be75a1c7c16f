// Keys such as "imin:item" cannot be names in GraphQL, nor be named in Tailcall's templates.
function plainKeys(body) {
  return body.split('"imin:').join('"imin_');
}

"""The sandbox over HTTP: imin's endpoints, and the requests that control the sandbox."""

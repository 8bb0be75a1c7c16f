"""The HTTP interface of the sandbox: imin's endpoints and the control API."""

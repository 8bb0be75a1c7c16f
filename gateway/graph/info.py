"""What resolvers are told of their request."""

from typing import TypeAlias

import strawberry

from gateway.context import Context

Info: TypeAlias = strawberry.Info[Context, None]

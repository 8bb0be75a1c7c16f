"""The type of the `info` argument of resolvers."""

from typing import TypeAlias

import strawberry

from gateway.context import Context

Info: TypeAlias = strawberry.Info[Context, None]

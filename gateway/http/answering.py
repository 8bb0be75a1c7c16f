"""Respond to a query or mutation: with a finished answer that still holds, or by running it."""

import time

from gateway.execution.answer_cache import Answer, AnswerKey
from gateway.http.authentication import RequestScope
from gateway.http.operations import Operation, OperationServices
from gateway.http.request import GraphQLRequest
from gateway.http.response import RawResponse, answer_response, graphql_response
from gateway.reuse import Dependencies, noted


async def respond(
    shared: OperationServices,
    request: GraphQLRequest,
    scope: RequestScope,
    media_type: str,
    *,
    queries_only: bool,
) -> RawResponse:
    """The response, while a slot of `shared.limit` is held. Raises RateLimited.

    queries_only: whether to refuse mutations, for the method GET.
    """
    answers = shared.answers
    question = request.asked() if answers is not None else None
    if question is None or answers is None:
        result = await Operation(shared, request, scope).execute(queries_only=queries_only)
        return graphql_response(*result, media_type, scope.bucket)
    started = time.perf_counter()
    stored = answers.get(AnswerKey(scope.caller, question, media_type))
    if stored is not None and await answers.holds(stored):
        cost = max(0, stored.answer.cost - 1)  # 1 has been charged for reading the request
        # If the rate limit does not hold it, the operation runs, and is refused.
        if scope.bucket is None or scope.bucket.charge(cost):
            request.is_answered = True
            answers.count(stored)
            return _reused(shared, stored.answer, scope, media_type, started)
    operation, dependencies = Operation(shared, request, scope), Dependencies()
    token = noted.set(dependencies)
    try:
        result = await operation.execute(queries_only=queries_only)
    finally:
        noted.reset(token)
    response = graphql_response(*result, media_type, scope.bucket)
    if operation.is_reusable:
        answer = _answer(operation, response)
        # The text is that of the document cache, so that all answers share it.
        question = (answer.text, *question[1:])
        key = AnswerKey(scope.caller, question, media_type)
        request.is_answered = answers.put(key, answer, dependencies)
    return response


def _answer(operation: Operation, response: RawResponse) -> Answer:
    prepared = operation.prepared
    cost = operation.scope.record.cost
    return Answer(response.body, cost, prepared.name, prepared.digest, prepared.text)


def _reused(
    shared: OperationServices, answer: Answer, scope: RequestScope, media_type: str, started: float
) -> RawResponse:
    """An answer, charged, counted and logged as if it had been made of cached responses of imin."""
    shared.executor.counts.reused += 1
    scope.record.note(answer.operation, answer.digest, answer.cost, [])
    shared.metrics.request(answer.text, "ok", time.perf_counter() - started)
    return answer_response(answer.body, media_type, scope.bucket)

"""The error responses of imin: OpenActive's, Kong's and Express's bodies."""

from typing import Any

from gateway.sandbox.data.vocabulary import CHECKOUT_CONTEXT, OPENACTIVE, Document

# Source: OpenActive data-models, errors.
_OPENACTIVE_ERRORS = {
    "InternalApplicationError": (500, "An unexpected exception has been thrown by the application."),
    "NotFoundError": (404, "The Booking System does not have the generic resource specified."),
    "UnknownOrderError": (404, "The Booking System has no 'Order' matching the one requested."),
    "UnknownOrIncorrectEndpointError": (
        404,
        "The Booking System has no endpoint matching the one requested.",
    ),
    "PatchContainsExcessivePropertiesError": (
        400,
        (
            "The Booking System recognises a PATCH request but the request object contains properties that "
            "the Broker is not permitted to update. Custom namespace properties are always excluded from "
            "consideration."
        ),
    ),
    "PatchNotAllowedOnPropertyError": (
        400,
        (
            "The Booking System recognises a PATCH request but the request object contains one or many "
            "properties that the Broker is not permitted to update to the requested value."
        ),
    ),
    "OrderItemIdInvalidError": (500, "The '@id' of at least one of the provided 'OrderItem's is invalid."),
    "OrderItemNotWithinOrderError": (
        500,
        (
            "The Order UUID for at least one provided 'OrderItem' does not match the Order UUID of the "
            "'Order' being PATCHed."
        ),
    ),
    "IncompleteCustomerDetailsError": (
        400,
        (
            "The 'email' address of the Customer is not supplied within a 'Person' object; or the 'customer' "
            "property supplied is not a valid 'Person' or 'Organization' object."
        ),
    ),
    # Assumption: checkout answers 400, where the Open Booking API has 409.
    "UnknownOfferError": (
        400,
        (
            "The '@id' provided for the 'acceptedOffer' is not a URL which corresponds to an 'Offer' within "
            "the Booking System."
        ),
    ),
    "TemporarilyUnableToUpdateOrderError": (
        503,
        (
            "The Booking System is unable for technical reasons to update an 'Order' (which includes "
            "processing the PATCH for cancellation) where the data provided to it is "
            "sufficient to allow it to do so."
        ),
    ),
}

NO_KEY: Document = {"message": "No API key found in request"}
WRONG_KEY: Document = {"message": "Invalid authentication credentials"}
RATE_LIMITED: Document = {"message": "API rate limit exceeded"}


class IminError(Exception):
    """An error response of the simulated imin: its status and JSON body."""

    def __init__(self, status: int, body: Any) -> None:
        super().__init__(f"{status} {body}")
        self.status = status
        self.body = body


def openactive_error(error_type: str, description: str | None = None) -> IminError:
    """An OpenActive error in the format of the Open Booking API's reference implementation."""
    status, name = _OPENACTIVE_ERRORS[error_type]
    body: Document = {"@context": OPENACTIVE, "@type": error_type, "name": name, "statusCode": status}
    if description:
        body["description"] = description
    return IminError(status, body)


def cancellation_not_permitted(description: str) -> IminError:
    """The error for a cancellation that is not allowed.

    description: shown to the customer. Source: imin docs, Cancellations.
    """
    return IminError(
        400,
        {"@context": OPENACTIVE, "@type": "CancellationNotPermittedError", "description": description},
    )


def unavailable_opportunity() -> IminError:
    """The error of checkout for what it does not sell. Source: imin docs, Checkout."""
    return IminError(
        400,
        {
            "@context": CHECKOUT_CONTEXT,
            "type": "UnavailableOpportunityError",
            "description": "This opportunity is not available to book.",
        },
    )


def invalid_query(*details: str) -> IminError:
    """The error for a bad query parameter, in the format of imin's shared Express code."""
    return IminError(400, {"error": {"type": "InvalidQuery", "details": list(details)}})


def invalid_body(*details: str) -> IminError:
    """The error for a bad request body, in the same format."""
    return IminError(400, {"error": {"type": "InvalidBody", "details": list(details)}})

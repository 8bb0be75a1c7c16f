"""What the sandbox assumes about imin where imin's documentation is silent or contradicts itself."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Assumption:
    """One assumption.

    subject: the part of imin's API. documented: what the documentation says about it.
    assumed: what the sandbox does.
    """

    subject: str
    documented: str
    assumed: str


ASSUMPTIONS = (
    Assumption(
        "Unknown customer",
        "Nothing.",
        "The lists are empty: 200, imin:totalItems 0, imin:totalPages 0, no imin:item.",
    ),
    Assumption(
        "Page number out of range",
        "Pages start at 1. Nothing about other numbers.",
        "A page after the last: 200 with `previous` and without imin:item. Below 1 or not a number: 400 in "
        "the format of imin's Express code. No page parameter: page 1.",
    ),
    Assumption(
        "Upcoming order items",
        "Sorted by date, the earliest first. Nothing about when an item leaves the list.",
        "An item stays until the end of its session; a cancelled item until the start.",
    ),
    Assumption(
        "imin:order of an upcoming item",
        "It has an identifier; the rest of the example is not visible.",
        "It has type, id and identifier.",
    ),
    Assumption(
        "Status of a pending cancellation",
        "The name CustomerCancellationPending, without its URL.",
        "https://openactive.io/CustomerCancellationPending.",
    ),
    Assumption(
        "Item id in the PATCH",
        "imin: the item's identifier. The Open Booking API: the item's URL.",
        "Both are accepted, the URL in imin's and in OpenActive's form.",
    ),
    Assumption(
        "Cancelling an item again",
        "The Open Booking API: cancelling a cancelled item succeeds. imin: nothing.",
        "204 without a change for a cancelled or pending item, also after the cancellation window.",
    ),
    Assumption(
        "Account numbers, evidence requests, hidden entitlements and outstanding actions",
        "The webhook names hidden entitlements and rejected evidence requests. No account shows them.",
        'The account of the customer "small" has them, under the names of OpenActive\'s data models.',
    ),
    Assumption(
        "Search by id",
        "The paths, and that it has the next 14 days only. Nothing about errors.",
        "Under /search: the booked sessions that start within 14 days; 404 NotFoundError for any other. "
        "Places fall by what checkout sells and rise again by its cancellations.",
    ),
    Assumption(
        "allowCustomerCancellationFullRefund is missing",
        "Any member can be missing. Nothing about this one.",
        "The item is not cancellable.",
    ),
    Assumption(
        "Cancelling at the last allowed moment",
        "The Open Booking API: not later than latestCancellationBeforeStartDate before the start.",
        "Exactly at that time is still allowed, as in the reference implementation.",
    ),
    Assumption(
        "The booking system refuses a cancellation",
        "A 204 does not guarantee the cancellation. Nothing about the status after a refusal.",
        "The item returns to OrderItemConfirmed.",
    ),
    Assumption(
        "orderStatus",
        "In the example of the list, not in the example of an order by its id.",
        "As in the examples.",
    ),
    Assumption(
        "Deleted customer",
        "202; erased before the next working day; orders remain with placeholders, whose text is not "
        "documented. Nothing about the account until then, and about deleting it again.",
        "Erased when the next working day of the sandbox's clock begins: midnight in London, from Monday to "
        "Friday. Until then everything is as before, and a second deletion is 202 too. Then the account is "
        "404, and orders show `Deleted` as both names and `deleted@deleted.invalid` as the e-mail address.",
    ),
    Assumption(
        "Missing or wrong API key",
        "The header X-API-KEY is required. Nothing about the error.",
        "401 with the default bodies of Kong, imin's proxy.",
    ),
    Assumption(
        "Body that is not JSON",
        "Nothing.",
        "400 in the format of imin's Express code.",
    ),
    Assumption(
        "Receipts",
        "A successful response is a PDF. Nothing about the content type and unknown receipts.",
        "application/pdf; an unknown receipt is 404 with OpenActive's NotFoundError.",
    ),
    Assumption(
        "Unknown order, account or path",
        "Nothing.",
        "404 with OpenActive's UnknownOrderError, NotFoundError or UnknownOrIncorrectEndpointError.",
    ),
    Assumption(
        "What checkout sells",
        "What Search shows with an imin:checkoutUrlTemplate; UnavailableOpportunityError for what is not "
        "available. Nothing about the key, and about other errors.",
        "What Search has, while places are left and until it starts. No key is needed. An unknown offer is "
        "400 UnknownOfferError, an unknown customer or attendee 400 IncompleteCustomerDetailsError, any "
        "other body 400 in the format of imin's Express code. Without an offer, the first one.",
    ),
    Assumption(
        "Address and life of a checkout session",
        "The response has a Location, and the page as the target of its action; it shows no identifier. "
        "Nothing about how long a session lives.",
        "Location is the page, on the sandbox's own host. A session can be paid for 30 minutes.",
    ),
    Assumption(
        "Pages of checkout",
        "A guest page for each session (/v1/scheduled-sessions/…) asks for name, e-mail and card. Nothing "
        "about what a page does otherwise.",
        "Paying adds the order, calls the success webhook and leads to the broker's BackToBrokerLink if the "
        "session has one; cancelling leads there too. A second payment of a session books nothing. A guest's "
        "order belongs to the account with their e-mail address; without one, no list has it. Slots have "
        "guest pages too.",
    ),
    Assumption(
        "Success webhook of checkout",
        "It is called, and an e-mail sent, when a booking is complete. Nothing about its body and its key.",
        "A POST with X-Api-Key and an Order that has id, identifier and, unless the customer is a guest, "
        "customerIdentifier. It is called once.",
    ),
    Assumption(
        "Changes of a booked session",
        "The Open Booking API: brokers learn of another time or venue from the open data feeds, of other "
        "changes from the Orders feed. imin: nothing.",
        "The order shows the session as it is now.",
    ),
    Assumption(
        "Replacement",
        "The Open Booking API: the seller may replace the opportunity by one of equal or lower price. imin: "
        "nothing.",
        "The order item keeps its identifier, status and price; orderedItem has another identifier.",
    ),
    Assumption(
        "Creating an account",
        "The required members and the response 201. Nothing about errors and known e-mail addresses.",
        "A required member is missing: 400 IncompleteCustomerDetailsError. A known address: another account.",
    ),
    Assumption(
        "Actions on an account",
        "200 with what was applied, and an error for each linked account that failed; UpdateFailedError for "
        "a barcode without the expected prefix. Nothing about the prefix and about other errors.",
        "The prefix is ABC. UpdateFailedError also for an unknown action, an update without properties and "
        "an unknown entitlementType. null and unknown properties are not applied. A seller without a linked "
        "account is an error too. An error names its seller by @id and name.",
    ),
    Assumption(
        "Two styles of accounts",
        "Creation posts a CustomerAccount, and an update is an action. The example scenario posts a Person, "
        "and updates with PATCH /customer-accounts/:id.",
        "Both work. A Person and a PATCH are answered with a Person that has the account's @id and "
        "identifier.",
    ),
    Assumption(
        "Linked accounts",
        "imin:item with an item for each seller: imin:matchingEmailExists and two actions when it is not "
        "linked, imin:entitlementFilter and details when it is. The end of the path is not visible.",
        "GET /customer-accounts/:id/linked-accounts, all sellers on one page. An item is a CustomerAccount "
        "with its seller, and with an accountNumber when it is linked. An action has its URL as target.",
    ),
    Assumption(
        "Pictures of sessions and passes, and logos",
        "URLs of the booking systems' servers.",
        "URLs of the sandbox's own server, under /pictures, as the client calls it. Only the documented "
        "order has its documented URLs.",
    ),
)

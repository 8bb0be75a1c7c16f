// What normalised caches have to know of the schema. `make schema` writes this file.

/** Types without an id: each object is a part of the one that holds it. */
export const values = [
  "AccessChange",
  "AccessChannel",
  "AccessCode",
  "AccessPass",
  "AccessPassSet",
  "AccountAction",
  "AccountChangeUnavailableError",
  "AccountChangeUnconfirmedError",
  "AccountPartlyUpdatedError",
  "Address",
  "AgeRange",
  "AggregateOffer",
  "AlreadyCancelled",
  "Amenity",
  "BarcodeInvalidError",
  "BookAgain",
  "BookingService",
  "BookingSnapshot",
  "Brand",
  "CalendarFeed",
  "CalendarFeedReset",
  "CalendarFeedUnavailableError",
  "CancelOrderItemsPayload",
  "CancellabilityChange",
  "Cancellation",
  "CancellationChange",
  "CancellationNotPermittedError",
  "CancellationPending",
  "CancellationPreview",
  "CancellationPreviewItem",
  "CancellationRefusal",
  "CancellationTermsChangedError",
  "CancellationUnavailableError",
  "CancellationUnconfirmedError",
  "CheckoutItem",
  "CheckoutRefusedError",
  "CheckoutUnavailableError",
  "CheckoutUnconfirmedError",
  "Concept",
  "ContactPoint",
  "Course",
  "CourseFeature",
  "CreateCheckoutSessionPayload",
  "CreateCustomerAccountPayload",
  "CustomerAccountCreated",
  "CustomerAccountDeletionAccepted",
  "CustomerAccountUpdated",
  "CustomerNotFoundError",
  "DeleteCustomerAccountPayload",
  "Entitlement",
  "EntitlementSet",
  "EntitlementType",
  "FacilityUse",
  "ForbiddenError",
  "IdempotencyKeyReusedError",
  "Image",
  "IntakeFormAnswer",
  "IntakeFormField",
  "LinkedAccount",
  "LinkedAccountNotUpdatedError",
  "MediaObject",
  "Money",
  "Offer",
  "OpeningHours",
  "OrderChange",
  "OrderConnection",
  "OrderConnectionChange",
  "OrderCustomer",
  "OrderEdge",
  "OrderEdgeChange",
  "OrderItemConnection",
  "OrderItemConnectionChange",
  "OrderItemEdge",
  "OrderItemEdgeChange",
  "OrderItemNotFoundError",
  "OrderItemNotInOrderError",
  "OrderItemProblem",
  "OrderNotFoundError",
  "OrderStatusChange",
  "Organization",
  "OtherChange",
  "PageInfo",
  "Person",
  "QuantitativeValue",
  "ReceiptAddition",
  "ResetCalendarFeedPayload",
  "Schedule",
  "SellerTextChange",
  "SessionReplacement",
  "SessionStatusChange",
  "SessionTimeChange",
  "SetAccessPassPayload",
  "SetEntitlementPayload",
  "StatusChange",
  "SuperEvent",
  "TaxCharge",
  "Terms",
  "TotalChange",
  "UnavailableOpportunityError",
  "UpdateCustomerAccountPayload",
  "UpdateFailedError",
  "VenueChange",
  "VenueSummary",
  "WalletPass"
];

/** Those of them that pages of lists consist of. */
export const pages = [
  "OrderConnection",
  "OrderEdge",
  "OrderItemConnection",
  "OrderItemEdge",
  "PageInfo"
];

/** Fields with lists of objects, by type, without those of pages. */
export const lists = {
  "AccountPartlyUpdatedError": [
    "linkedAccountErrors"
  ],
  "AlreadyCancelled": [
    "orderItems"
  ],
  "BookingService": [
    "termsOfService"
  ],
  "BookingSnapshot": [
    "accessPasses",
    "accessCodes",
    "accessChannels"
  ],
  "Brand": [
    "videos"
  ],
  "Cancellation": [
    "orderItems"
  ],
  "CancellationNotPermittedError": [
    "orderItems",
    "refusals"
  ],
  "CancellationPending": [
    "orderItems"
  ],
  "CancellationPreview": [
    "items"
  ],
  "CancellationTermsChangedError": [
    "orderItems"
  ],
  "CancellationUnavailableError": [
    "orderItems"
  ],
  "CancellationUnconfirmedError": [
    "orderItems"
  ],
  "CheckoutSession": [
    "items"
  ],
  "Customer": [
    "accessPasses",
    "entitlements",
    "outstandingActions",
    "linkedAccounts"
  ],
  "FacilityUse": [
    "facilityTypes",
    "activities",
    "categories",
    "accessibilitySupport",
    "openingHours",
    "images",
    "offers",
    "individualFacilityUses",
    "videos"
  ],
  "IdempotencyKeyReusedError": [
    "orderItems"
  ],
  "Image": [
    "thumbnails"
  ],
  "LinkedAccount": [
    "actions",
    "accessPasses",
    "entitlements"
  ],
  "Offer": [
    "eligibleEntitlementTypes"
  ],
  "Order": [
    "items",
    "receipts",
    "totalPaymentTax",
    "cancellations"
  ],
  "OrderChange": [
    "changes"
  ],
  "OrderConnectionChange": [
    "added",
    "moved",
    "changed"
  ],
  "OrderItem": [
    "tax",
    "accessPasses",
    "accessCodes",
    "accessChannels",
    "intakeForm",
    "intakeFormResponse",
    "problems"
  ],
  "OrderItemConnectionChange": [
    "added",
    "moved",
    "changed"
  ],
  "OrderItemNotFoundError": [
    "orderItems"
  ],
  "OrderItemNotInOrderError": [
    "orderItems"
  ],
  "OrderNotFoundError": [
    "orderItems"
  ],
  "Organization": [
    "termsOfService",
    "videos"
  ],
  "OtherSession": [
    "leaders",
    "images",
    "activities",
    "categories",
    "skillLevels",
    "sportsActivityLocations",
    "accessibilitySupport",
    "offers",
    "eventSchedule",
    "places",
    "subEvents",
    "contributors",
    "videos",
    "courseFeatures"
  ],
  "Place": [
    "images",
    "amenities",
    "openingHours",
    "specialOpeningHours",
    "placeTypes"
  ],
  "ReceiptAddition": [
    "receipts"
  ],
  "ScheduledSession": [
    "leaders",
    "images",
    "activities",
    "categories",
    "skillLevels",
    "sportsActivityLocations",
    "accessibilitySupport",
    "offers",
    "eventSchedule",
    "places",
    "subEvents",
    "contributors",
    "videos",
    "courseFeatures"
  ],
  "Seller": [
    "termsOfService",
    "videos"
  ],
  "Slot": [
    "leaders",
    "images",
    "activities",
    "categories",
    "skillLevels",
    "sportsActivityLocations",
    "accessibilitySupport",
    "offers",
    "eventSchedule",
    "places",
    "subEvents",
    "contributors",
    "videos",
    "courseFeatures",
    "facilityTypes"
  ],
  "SuperEvent": [
    "leaders",
    "images",
    "activities",
    "categories",
    "skillLevels",
    "sportsActivityLocations",
    "accessibilitySupport",
    "offers",
    "eventSchedule",
    "places",
    "subEvents",
    "contributors",
    "videos",
    "courseFeatures"
  ],
  "UpdateFailedError": [
    "linkedAccountErrors"
  ]
};

/** Fields with pages, by type, and the arguments that choose another list. */
export const connections = {
  "Customer": {
    "orders": [
      "from",
      "to",
      "itemStatuses"
    ],
    "upcomingOrderItems": [
      "statuses",
      "excludeCancelled"
    ]
  }
};

/** Fields of Query that find an object by its id, and its type; null if it can have any. */
export const lookups = {
  "order": "Order",
  "node": null
};

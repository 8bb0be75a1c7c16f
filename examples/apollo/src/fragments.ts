// What the screens show of an item and of a booking.
import { graphql } from "./gql";

export const ITEM = graphql(`
  fragment Item on OrderItem {
    id
    status
    statusText
    isPresentlyCancellable
    cancellationBlockedBecause
    cancellableUntil
    price { formatted }
    session {
      id
      name
      startDate
      endDate
      timeZone
      eventStatus
      venue { id name formattedAddress mapUrl }
    }
  }
`);

export const CARD = graphql(`
  fragment Card on Order {
    id
    orderNumber
    orderDate
    totalPaymentDue { formatted }
    items { ...Item }
  }
`);

export const TICKET = graphql(`
  fragment Ticket on OrderItem {
    accessPasses { passType text image imageSymbology url name description }
    accessCodes { name description value }
    accessChannel { name url accessId accessCode }
    calendarUrl
  }
`);

export const DETAILS = graphql(`
  fragment Details on Order {
    ...Card
    confirmationNumber
    seller { id name telephone email }
    receipts { id url urlExpiresAt dateCreated }
    items { ...Item ...Ticket customerNotice cancellationMessage }
  }
`);

// One session, and its venue. Each can be fetched again by its id alone.
graphql`
  fragment SessionCard_session on Session @refetchable(queryName: "SessionCardRefetchQuery") {
    eventStatus
    venue {
      ...VenueCard_place
    }
  }
`;

graphql`
  fragment VenueCard_place on Place @refetchable(queryName: "VenueCardRefetchQuery") {
    name
    latitude
  }
`;

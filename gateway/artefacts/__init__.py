"""Files that the gateway makes of bookings: pictures of tickets, and calendars."""

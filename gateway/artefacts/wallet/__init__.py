"""Booked items as passes in the wallets of phones: Apple's and Google's."""

"""`python -m bench.followers`: what many idle followers of one order cost, beside peers that do the same."""

"""Windows over numbered pages that shift: cursors, page arithmetic, the two lists. Knows no GraphQL."""

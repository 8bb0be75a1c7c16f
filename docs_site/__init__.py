"""The documentation site: what `mkdocs build` needs besides the pages in docs/. See mkdocs.yml."""

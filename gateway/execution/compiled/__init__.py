"""The query compiler: an operation becomes Python code that reads the documents directly."""

"""One charge point's pages for operators: a tab each, and each tab an address of its own."""

"""The pages: what drivers and operators see in a browser. One file per group of pages; site.py assembles them."""

"""One channel, one file: raw input becomes an arrival, a reply becomes raw output."""

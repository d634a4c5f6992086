"""One measurement a file; the catalogue above names them all."""

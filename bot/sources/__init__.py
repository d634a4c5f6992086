"""Where mentions come from. One file a source; its options are read in its own file; the catalogue is written here."""

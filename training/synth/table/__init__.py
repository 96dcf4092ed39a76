"""Tables: their cells, contents and looks, laid out and drawn."""

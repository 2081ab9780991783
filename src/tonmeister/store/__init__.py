"""What lasts: the tables of the database and their migrations, and blobs (files named by their content)."""

"""idTags as staff keep them."""

"""The REST door: one module a resource, all of them thin over the services of `jobs` and `store`."""

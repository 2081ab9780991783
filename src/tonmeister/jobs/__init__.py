"""Doing the work: in this process and its workers for library and command line, as jobs for the server.

Library and command line: `runner` and `batch`. Server: doors call `workshop`; the job table is changed by `transitions`
alone, inside a `ledger` transaction; a `supervisor` takes work from the `queue` and has processes do it (`processes`,
`fork_server`, `child`), by itself or as `celery_executor` hands it out. No capability is named here.
"""

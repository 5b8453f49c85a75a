"""An append-only, publicly verifiable record of everything that happened.

``log`` appends and proves, ``verify`` re-reads a whole store, ``check`` verifies exported data and
knows no store. The tree is RFC 6962's, checkpoints are C2SP tlog-checkpoints. A ledger kept by its
own operator proves nothing against that operator unless others keep its checkpoints.
"""

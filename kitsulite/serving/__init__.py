"""How requests come in: read whole by one loop, which costs no thread, before one of a pool of threads answers them.

`arrival`  what has come of a request so far, and whether that is enough to begin
`line`     a connection: what has arrived on it, and how it is read and written at a pace
`rest`     what of an answer its client has not taken yet
`slots`    how many requests are at work; who waits for a client is not
`worker`   the loop: accepts, reads, hands on, closes
"""

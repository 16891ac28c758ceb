"""Puts a secret into requests outside of the kernel, which holds a stand-in alone.

A client connects to :class:`.server.Proxy` by ``HTTPS_PROXY``. A request's way:

1. CONNECT, with the session's token (:mod:`.session`). A host that no secret of the session is for is tunnelled as it
   is (:mod:`.tunnel`).
2. For the others, TLS is ended here with a leaf of the session's own authority (:mod:`.certificates`), and begun anew
   to the address that was judged (:mod:`.upstream`).
3. The value takes the stand-in's place in the one header where it may stand (:mod:`.put_in`).
4. The answer is read as it streams (:mod:`.exchange`, decoded by :mod:`.decoding`, for web sockets :mod:`.websocket`),
   and whatever it shows of a value is taken out at equal length (:mod:`.take_out`).

In a cluster, :mod:`.kernels` knows who may use what, as the API server says; :mod:`.control` answers kernels over
https, on the port of :mod:`.door`, which serves plain CONNECT as well.

It imports of the guard the engine alone, nothing of IPython, and keeps nothing on disk.
"""

"""The preprocessing service: the second hop of the polyglot example.

Takes an order over HTTP, turns its lines into an Arrow table, has the Rust engine price them over
a Unix socket and announces the total on NATS.

Two traces break off here, each for a reason of its own: the caller speaks B3 while this service
knows only W3C Trace Context (telemetry.py), and the worker threads that call the engine start
without the context of the request (pricing.py).
"""

"""The OCPP 1.6J server: sockets, frames and the bridge from threads; it knows the protocol and nothing of who may charge."""

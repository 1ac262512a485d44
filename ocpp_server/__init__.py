"""The OCPP 1.6J server: sockets, frames and the bridge from threads; who may charge is not its business."""

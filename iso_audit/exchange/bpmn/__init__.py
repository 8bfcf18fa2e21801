"""BPMN 2.0 in and out: the drawings of other modellers become procedures, and back."""

from iso_audit.exchange.bpmn.read import Model, read_bpmn

__all__ = ["Model", "read_bpmn"]

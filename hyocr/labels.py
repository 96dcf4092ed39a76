"""What fields are called on documents: the words that stand beside the values of the commonest ones."""

from __future__ import annotations

import re

LABELS = {
    "total": ("total", "grand total", "total amount", "amount due", "balance due", "nett total", "net total", "to pay"),
    "subtotal": ("subtotal", "sub total", "total before tax", "total excl", "total excluding"),
    "tax": ("tax", "gst", "vat", "sst", "mwst", "tva", "iva", "total tax", "tax amount", "total gst", "sales tax"),
    "discount": ("discount", "total discount", "disc", "rebate", "savings"),
    "service_charge": ("service charge", "service", "svc charge", "service chg"),
    "rounding": ("rounding", "rounding adj", "rounding adjustment", "round adj", "rounded", "total rounding"),
    "cash": ("cash", "cash paid", "paid", "tendered", "cash tendered", "amount paid", "received", "tender", "payment"),
    "change": ("change", "change due", "balance returned"),
    "date": ("date", "invoice date", "datum", "issued"),
    "time": ("time",),
    "quantity": ("qty", "quantity", "total qty", "total quantity", "total item", "total items", "item count"),
}
"""Field: its labels, in lower case. A longer label wins over one that it holds: "sub total" is no "total"."""

_OTHER_NAMES = {
    "sub_total": "subtotal", "gst": "tax", "vat": "tax", "tax_amount": "tax", "total_tax": "tax", "sst": "tax",
    "service": "service_charge", "rounding_adjustment": "rounding", "round": "rounding", "total_amount": "total",
    "grand_total": "total", "amount_due": "total", "total_price": "total", "cash_paid": "cash", "paid": "cash",
    "cash_tendered": "cash", "amount_paid": "cash", "change_due": "change", "total_discount": "discount",
    "invoice_date": "date",
}  # fmt: skip


def canonical(name: str) -> str:
    """The field that a name means: "Sub Total", "sub-total" and "subtotal" are one, and "GST" is "tax"."""
    plain = "_".join(re.findall(r"\w+", name.replace("_", " ").casefold()))
    return _OTHER_NAMES.get(plain, plain)


def meant(name: str) -> str:
    """The field that a name or a question is about: "total" for "What is the total?"; the name if it is none known."""
    field = canonical(name)
    words = f" {field.replace('_', ' ')} "
    inside = [(len(label), other) for other, labels in LABELS.items() for label in labels if f" {label} " in words]
    return field if field in LABELS or not inside else max(inside)[1]


def labels_of(name: str) -> tuple[str, ...]:
    """The labels of the field that is meant, its own name among them."""
    field = meant(name)
    return (field.replace("_", " "), *LABELS.get(field, ()))


def labelled(text: str, name: str) -> float:
    """How surely `text`, the row that a value stands in, says that it is the field `name`'s: 0 to 1.

    1 where the longest label in it is one of the field's, 0.5 where another field's is longer, 0 without a label.
    """
    plain = " " + " ".join(re.findall(r"[^\W\d_]+", text.casefold())) + " "
    own = max((len(label) for label in labels_of(name) if f" {label} " in plain), default=0)
    field = meant(name)
    others = (label for other, labels in LABELS.items() if other != field for label in labels)
    rival = max((len(label) for label in others if f" {label} " in plain), default=0)
    return 0.0 if not own else 1.0 if own >= rival else 0.5


def mentions(text: str, name: str) -> bool:
    """Whether a label of the field stands anywhere in `text`."""
    plain = " " + " ".join(re.findall(r"[^\W\d_]+", text.casefold())) + " "
    return any(f" {label} " in plain for label in labels_of(name))

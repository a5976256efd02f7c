"""Delivery of sealed documents to outside systems: one small adapter per way, one outbox behind all of them.

Neither Төрелік, Сот кабинеті, СДТБТ nor Жария сектор publishes an interface, so a target is configuration: which way,
with which settings, which documents. The registry's outbox keeps what is owed; ``carrier`` brings it, at least once,
and every way makes a repeated delivery recognisable, so that nothing is lost and nothing counts twice.
"""

"""The portal's worker with little patience, for the tests of it."""

from portal.serving import Sender, Worker


class QuickSender(Sender):
    """Waits a second."""

    patience = 1.0


class QuickWorker(Worker):
    """Receives by quick senders."""

    sender = QuickSender

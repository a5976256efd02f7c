"""The rehearsal: invented people played by programs, so that one person alone can hold a whole hearing.

The players are real WebRTC clients in a process of their own. They know nothing of the server but its pages' protocol,
and no part of the server imports them.
"""

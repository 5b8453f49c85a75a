"""The one path for many requests at once: queued, in turn, in processes of their own.

The table of tasks is the queue. In data-flow order: ``submitting`` takes a request in, ``queue``
says whose turn it is, ``worker`` claims it and has a child process (``child``, ``children``) carry
it along the path; ``ending`` cancels and expires. The path itself knows of none of them: it goes on
with a task on a service that is fenced by a lease (``clearance.leases``), whoever holds it.
"""

"""Health of Earshot itself: silent sources, stuck queues, counts that do not reconcile."""

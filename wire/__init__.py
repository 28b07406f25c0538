"""Communication between the processes: topics, messages, sockets, time, latency, health."""

"""The web server inside the container; its numbers come from the environment."""

import os

bind = "0.0.0.0:8000"
worker_class = "gthread"
workers = int(os.environ.get("WEB_WORKERS", "2"))
threads = int(os.environ.get("WEB_THREADS", "4"))
timeout = 60
graceful_timeout = 30
# Renew processes now and then, not all in the same minute.
max_requests = 5000
max_requests_jitter = 500
worker_tmp_dir = "/dev/shm"
# Only the reverse proxy of the same private network can reach this port.
forwarded_allow_ips = "*"
accesslog = "-"
# It would be written under HOME, which the container does not have.
control_socket_disable = True

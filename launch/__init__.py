"""Everything that gets Chancery running on one machine: set-up, embedded servers, supervisor.

bootstrap   finds Python and Node, makes `.venv/`, builds the client; stdlib only, any Python >= 3.8
servers     `with servers(data_dir, profile=...) as s`: PostgreSQL and Redis while they are needed
up          `make up`: migrate, demo data, web, relay and worker under the supervisor
"""

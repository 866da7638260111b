"""What is deployed: docker-compose.yml, Grafana's provisioning, the Kubernetes resources."""

"""KubeSpawner: what every user's pod needs, as pod.yaml has it."""

c = get_config()  # noqa: F821 - JupyterHub's

c.KubeSpawner.service_account = "notebook"
c.KubeSpawner.environment = {
    "DH_SECRETS_PROXY": "https://dh-secrets-proxy.notebooks.svc:8443",
    "DH_SECRETS_PROXY_TOKEN": "/var/run/secrets/dh-secrets/token",
    "DH_SECRETS_PROXY_CA": "/etc/dh-secrets/ca.crt",
}
c.KubeSpawner.volumes = [
    {
        "name": "dh-secrets-token",
        "projected": {
            "sources": [{"serviceAccountToken": {"audience": "dh-secrets", "expirationSeconds": 600, "path": "token"}}]
        },
    },
    {"name": "dh-secrets-ca", "configMap": {"name": "dh-secrets-proxy-ca"}},
]
c.KubeSpawner.volume_mounts = [
    {"name": "dh-secrets-token", "mountPath": "/var/run/secrets/dh-secrets", "readOnly": True},
    {"name": "dh-secrets-ca", "mountPath": "/etc/dh-secrets", "readOnly": True},
]

"""The one list of ordinary words and words of the protocol: neither a value by themselves, nor a piece of one."""

from __future__ import annotations

# Jupyter's messages, Python and JSON.
_PROTOCOL = """
    abort aborted allow_stdin args ascii assert async await base64 bool boolean buffer buffers busy bytearray bytes
    cell channel class clear_output code codemirror_mode comm comm_close comm_info_request comm_msg comm_open
    complete complete_reply content control cursor_end cursor_pos cursor_start data debug def default del dict
    display display_data display_id ename error evalue except exception execute execute_input execute_reply
    execute_request execute_result execution_count execution_state exit false file float found from header history
    idle implementation import infinity input inspect int integer interrupt iopub ipykernel ipython is_complete
    ishash item items iteration jupyter kernel kernel_info_reply key keys lambda language layout line lines list
    matches message metadata method model model_id msg msg_id msg_type name names nan nbconvert nbformat none null
    number object optional output outputs parent_header pass payload print prompt python raise range reply repr
    request result return self session set shell silent starting state status stderr stdin stdout stop_on_error
    store_history str stream string target_name text traceback transient true tuple type undefined update
    update_display_data user_expressions utf utf8 value values version view void wait while widget with yield
"""

# Connections, the web and the clouds.
_CONNECTIONS = """
    access access_key access_token account account_id accountkey accountname admin administrator alg amazonaws amqp
    amqps anonymous api api_key api_version apikey apiversion app application args audience auth
    auth_provider_x509_cert_url auth_uri authenticated authentication authority authorization aws azure basic bearer
    blob body bolt broker bucket cache certificate certificate-authority-data certs charset clickhouse client
    client-certificate-data client-key-data client_email client_id client_secret client_x509_cert_url cloud cluster
    clusters com config configmap connect connection content content-length content-type context contexts cookie
    cors credential credentials current-context data database databases db dbname default defaultendpointsprotocol
    demo deploy deployment dev development digest disable disabled docker domain driver elasticsearch email enable
    enabled endpoint endpoints endpointsuffix engine env environment example expires expires_in field files ftp ftps
    gateway gcloud get github gitlab google googleapis grant_type group groups guest gzip head header headers health
    hello host hostname hosts hs256 html http https id identity image images info ini integration internal invalid
    io iss issuer jar jdbc json jwt kafka key keyid kid kind kubeconfig kubernetes label labels ldap ldaps live
    local localdomain localhost location login logs mail mailto main mariadb master memcached metrics microsoft
    minio mode mongo mongodb mssql mysql namespace net network node nodes oauth oauth2 odbc official openid options
    oracle org organization origin owner param parameters params pass passphrase passwd password passwords patch
    path pem permission plain pod pods port post postgres postgresql prefer preview primary private private_key
    private_key_id prod production profile project project_id projects protocol provider proxy public public_key put
    pwd query queue rabbitmq read readonly realm redirect redis rediss refresh_token region registry release remote
    replica require resource response rest role roles root route rs256 s3 sandbox schema scheme scope secret
    secret_key secrets secure security server servers service service_account services session sessions sha1 sha256
    sha512 sharedaccesskey sharedaccesskeyname signature site slack snowflake socket spec sqlite sqlserver ssh ssl
    sslmode stage staging standard static storage subject subscription svc svg sync system table tcp team template
    tenant test testing tests tls token token_type token_uri tokens topic trust tsv typ udp universe_domain unix
    upload uri uris url urls user userid username users utf-8 uuid v1 v1beta1 v2 v3 v4 vault verify verify-full
    virtual volume webhook webhooks window windows www x-api-key xml yaml yml zone
"""

# Values that people store beside secrets.
_ORDINARY = """
    about after again ok all always and any april are august auto backup begin below beta blue both changeme changes
    check close command complete create created current daily date day december delete deleted description disabled
    done down edit empty end english european event events every false february first folder for free full germany
    global green hello high home hour index initial install italian italy january july june large last latest left
    level loading log logging low manager march max medium message min minute missing monday month more name never
    new next no none normal not november now null october off old on one only open optional order other page passed
    pending primary process progress quit random ready received red required reserved right run running sample save
    search second select send sent september show sign simple size small source start started stop stopped string
    success sunday task temp temporary the this time timeout timestamp title today total trace true two under
    unknown until up updated use using valid value verbose warn warning week welcome with without word world write
    year yellow yes zero
"""

COMMON_WORDS = frozenset(f"{_PROTOCOL} {_CONNECTIONS} {_ORDINARY}".split())
"""Lower-case words: of Jupyter's messages, of connection strings, and those that people store beside secrets."""

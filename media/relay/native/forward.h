/* What Python and C share. Read by cffi as it is: no preprocessor here. */

typedef struct {
    void *session;              /* libsrtp's, for what goes out; NULL before the handshake and after the end */
    int32_t fd;
    uint32_t address_length;
    uint8_t address[28];        /* sockaddr_in or sockaddr_in6 */
    uint32_t transport_sequence;
    uint64_t sent_bytes;
    uint64_t media_packets_sent;
    uint64_t turn;              /* of the outbox, in which something for this way was last put into it */
    int32_t last;               /* where that lies */
    int64_t sent_ns[2048];      /* by transport sequence: when, and how much */
    uint16_t sent_size[2048];
} tyndau_way;

typedef struct {
    int64_t number;
    uint16_t length;
    uint8_t data[454];
} tyndau_kept;

typedef struct {
    tyndau_way *way;
    tyndau_kept *kept;          /* 128 places, or NULL where RTX repairs */
    int64_t first;
    int64_t number_offset;
    int64_t last_number;
    int64_t last_ns;
    uint64_t packets;
    uint64_t octets;
    uint64_t batch;             /* the outbox's, in which this route last carried its stream */
    uint32_t ssrc;
    uint32_t stream;
    uint32_t time_offset;
    uint32_t last_time;
    uint32_t batch_stream;
    uint32_t picture_offset;
    uint32_t tl0_offset;
    int32_t last_picture;       /* of VP8, as sent; -1 when there was none */
    int32_t last_tl0;
    int32_t payload_type;
    uint8_t level_id;
    uint8_t abs_id;
    uint8_t cc_id;
    _Bool open;
    _Bool waiting;
    _Bool apart;                /* Python sends this route's packets itself */
    uint8_t vp8;                /* what it carries has a VP8 descriptor */
} tyndau_route;

typedef struct {
    int32_t fd;
    uint32_t address_length;
    uint8_t address[28];
    int32_t length;
    int32_t first;              /* whether nothing else that waits here goes the same way before it */
    int32_t next;               /* what goes the same way after it, or -1 */
    uint8_t data[2048];
} tyndau_parcel;

typedef struct {
    uint64_t turn;
    uint64_t batch;             /* of packets that are judged before Python does anything */
    uint64_t unsent;
    int32_t held;
    int32_t in_runs;            /* the system takes several datagrams as one */
    tyndau_parcel parcels[256];
} tyndau_outbox;

typedef struct {
    double left;
    double a_second;
    int64_t at_ns;
    uint64_t refused;
} tyndau_allowance;

typedef struct {
    tyndau_route **routes;
    int64_t highest;            /* number of its newest packet; only the one after it is passed on here */
    int64_t key;                /* by which Python knows it, never 0 */
    int32_t count;
    uint32_t ssrc;
    uint8_t valid;              /* Python has said where it goes, and nothing of that has changed since */
    uint8_t video;              /* 0: sound, 1: VP8, 2: H.264 */
} tyndau_stream;

typedef struct tyndau_line_ {
    struct tyndau_line_ *next;
    void *session;              /* libsrtp's, for what comes in */
    tyndau_stream *streams[16];
    tyndau_allowance packets;
    tyndau_allowance bytes;
    tyndau_allowance sounds;
    uint64_t received_bytes;
    int64_t told_ns;            /* when Python last heard that the browser is there */
    int64_t arrived_ns[512];
    uint16_t numbers[512];      /* transport sequence numbers since Python last took them */
    int32_t noted;
    int32_t cc_id;
    int32_t level_id;
    uint32_t address_length;
    uint8_t address[28];
} tyndau_line;

typedef struct {
    int64_t key;                /* of the stream that was passed on; 0 when nothing was done yet */
    int64_t arrival_ns;
    int64_t number;
    int32_t at;
    int32_t length;
    int32_t payload_at;
    int32_t padding;
    uint32_t timestamp;
    int32_t level;
    int32_t unsettled;
    int32_t temporal;
    int32_t width;
    uint8_t video;
    uint8_t is_key;
    uint8_t tells;              /* Python should hear that the browser is there */
    uint32_t address_length;
    uint8_t address[28];
} tyndau_arrival;

typedef struct {
    uint64_t taken;             /* this time */
    uint64_t dropped;
    int64_t waited_ns;
    int64_t last_ns;            /* arrivals never go back */
    tyndau_line *lines[256];    /* by address */
    tyndau_arrival arrivals[32];
    uint8_t data[32][2048];
} tyndau_intake;

typedef struct {
    int (*protect)(void *session, void *packet, int *length);
    int (*unprotect)(void *session, void *packet, int *length);
} tyndau_seals;

int tyndau_source(void);
int tyndau_way_size(void);
int tyndau_route_size(void);
int tyndau_aim(tyndau_way *way, int fd, const char *host, int port);
int tyndau_outbox_size(void);
int tyndau_intake_size(void);
int tyndau_line_size(void);
void tyndau_know(tyndau_intake *intake, tyndau_line *line, const tyndau_way *way);
void tyndau_forget(tyndau_intake *intake, tyndau_line *line);
int tyndau_hold(tyndau_line *line, tyndau_stream *stream);
int tyndau_allow(tyndau_allowance *allowance, int amount, int64_t at_ns);
int tyndau_some(tyndau_allowance *allowance, int wanted, int64_t at_ns);
int tyndau_take(tyndau_intake *intake, const tyndau_seals *seals, tyndau_outbox *box, int fd, int64_t now_ns);
void tyndau_flush(tyndau_outbox *box);
int tyndau_forward(const tyndau_seals *seals, tyndau_outbox *box, tyndau_route **routes, int count,
                   const uint8_t *packet, int size, int64_t number, uint32_t stream, int level, int64_t now_ns);

/* Cameras that are not there, for a program that is started with this library in LD_PRELOAD.
 *
 * /dev, /dev/videoN and /dev/v4l are answered from the folder in FAKE_V4L2 alone, so no real device is ever opened:
 *   dev/videoN                  text, a camera's behaviour, read again with every picture; without it the camera is unplugged
 *   dev/v4l/by-id/NAME          a symbolic link to ../../videoN
 *   pictures/FORMAT_WxH         the pictures of a mode: each its length (32 bit) and its bytes
 * Lines of dev/videoN:
 *   card NAME
 *   mode FORMAT WIDTH HEIGHT FPS   one for each mode
 *   busy 1                         another program streams
 *   clock monotonic|late|backwards|realtime   of the pictures' times; late: by 200 ms
 *   sends WIDTH HEIGHT             pictures of this size, whatever mode was granted
 *   sends_fps FPS                  at this rate, whatever rate was granted
 *   shows FIRST COUNT              these pictures of the mode only, in turn
 *
 * An open camera is a timer descriptor, which is readable when a picture is due: select and poll need no help.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/videodev2.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

enum { MAX_FDS = 1024, MAX_MODES = 32, MAX_BUFFERS = 8, LATE_MS = 200 };

struct mode { uint32_t format, width, height, fps; };

struct behaviour {
    char card[32], clock[16];
    struct mode modes[MAX_MODES];
    int mode_count, busy;
    uint32_t sends_width, sends_height, sends_fps, shows_first, shows_count;
};

struct camera {
    char path[64];
    struct mode mode;
    int streaming, buffer_count, queued[MAX_BUFFERS], queue_length;
    uint8_t *memory[MAX_BUFFERS];
    uint8_t *pictures;
    size_t pictures_bytes;
    uint64_t start_ns, period_ns, sequence;
};

static struct camera *cameras[MAX_FDS];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

/* The file that stands for a path below /dev, in `mapped`; the path itself for all others. */
static const char *map(const char *path, char *mapped)
{
    const char *root = getenv("FAKE_V4L2");
    if (!root || !path)
        return path;
    if (strcmp(path, "/dev") && strcmp(path, "/dev/") && strncmp(path, "/dev/video", 10) && strncmp(path, "/dev/v4l", 8))
        return path;
    snprintf(mapped, PATH_MAX, "%s%s", root, path);
    return mapped;
}

static int read_behaviour(const char *path, struct behaviour *b)
{
    char mapped[PATH_MAX], line[256], name[8];
    memset(b, 0, sizeof *b);
    strcpy(b->clock, "monotonic");
    int fd = REAL(open)(map(path, mapped), O_RDONLY | O_CLOEXEC);
    FILE *file = fd < 0 ? NULL : fdopen(fd, "r");
    if (!file)
        return -1;
    while (fgets(line, sizeof line, file)) {
        struct mode *m = &b->modes[b->mode_count];
        if (b->mode_count < MAX_MODES && sscanf(line, "mode %4s %u %u %u", name, &m->width, &m->height, &m->fps) == 4) {
            m->format = v4l2_fourcc(name[0], name[1], name[2], name[3]);
            b->mode_count++;
        }
        sscanf(line, "card %31[^\n]", b->card);
        sscanf(line, "clock %15s", b->clock);
        sscanf(line, "busy %d", &b->busy);
        sscanf(line, "sends_fps %u", &b->sends_fps);
        sscanf(line, "shows %u %u", &b->shows_first, &b->shows_count);
        sscanf(line, "sends %u %u", &b->sends_width, &b->sends_height);
    }
    fclose(file);
    return 0;
}

static uint64_t now_ns(clockid_t clock)
{
    struct timespec t;
    clock_gettime(clock, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static uint32_t away(uint32_t a, uint32_t b) { return a > b ? a - b : b - a; }

/* As drivers do: the asked format if there is one of that name, else the first; then the nearest size, then the nearest rate. */
static void choose(const struct behaviour *b, struct mode *asked)
{
    int has_format = 0;
    const struct mode *best = NULL;
    for (int i = 0; i < b->mode_count; i++)
        has_format |= b->modes[i].format == asked->format;
    uint32_t format = has_format ? asked->format : b->modes[0].format;
    for (int i = 0; i < b->mode_count; i++) {
        const struct mode *m = &b->modes[i];
        if (m->format != format)
            continue;
        uint32_t size = away(m->width, asked->width) + away(m->height, asked->height), rate = away(m->fps, asked->fps);
        if (!best || size < away(best->width, asked->width) + away(best->height, asked->height) ||
            (m->width == best->width && m->height == best->height && rate < away(best->fps, asked->fps)))
            best = m;
    }
    *asked = *best;
}

static void describe(const struct mode *mode, struct v4l2_pix_format *pix)
{
    memset(pix, 0, sizeof *pix);
    pix->width = mode->width;
    pix->height = mode->height;
    pix->pixelformat = mode->format;
    pix->field = V4L2_FIELD_NONE;
    pix->bytesperline = mode->format == V4L2_PIX_FMT_YUYV ? 2 * mode->width : 0;
    pix->sizeimage = 2 * mode->width * mode->height;
    pix->colorspace = V4L2_COLORSPACE_SRGB;
}

static void load_pictures(struct camera *c, const struct behaviour *b)
{
    char path[PATH_MAX];
    uint32_t width = b->sends_width ? b->sends_width : c->mode.width;
    uint32_t height = b->sends_width ? b->sends_height : c->mode.height;
    snprintf(path, sizeof path, "%s/pictures/%.4s_%ux%u", getenv("FAKE_V4L2"), (char *)&c->mode.format, width, height);
    int fd = REAL(open)(path, O_RDONLY | O_CLOEXEC);
    struct stat info;
    if (fd < 0 || REAL(fstat)(fd, &info)) {
        fprintf(stderr, "fake_v4l2: no pictures in %s\n", path);
        abort();
    }
    c->pictures_bytes = (size_t)info.st_size;
    c->pictures = REAL(mmap)(NULL, c->pictures_bytes, PROT_READ, MAP_PRIVATE, fd, 0);
    REAL(close)(fd);
}

static int start(struct camera *c, int fd, const struct behaviour *b)
{
    if (c->streaming)
        return 0;
    load_pictures(c, b);
    c->period_ns = 1000000000u / (b->sends_fps ? b->sends_fps : c->mode.fps);
    c->start_ns = now_ns(CLOCK_MONOTONIC);
    c->sequence = 0;
    c->streaming = 1;
    struct timespec period = {.tv_sec = (time_t)(c->period_ns / 1000000000u), .tv_nsec = (long)(c->period_ns % 1000000000u)};
    return timerfd_settime(fd, 0, &(struct itimerspec){period, period}, NULL);
}

static int stop(struct camera *c, int fd)
{
    if (c->streaming)
        munmap(c->pictures, c->pictures_bytes);
    c->streaming = c->queue_length = 0;
    return timerfd_settime(fd, 0, &(struct itimerspec){{0, 0}, {0, 0}}, NULL);
}

static uint64_t stamp_ns(const struct camera *c, const char *clock)
{
    uint64_t at_ns = c->start_ns + c->sequence * c->period_ns;
    if (!strcmp(clock, "late"))
        return at_ns - LATE_MS * 1000000u;
    if (!strcmp(clock, "backwards")) /* for twenty pictures at half the speed, then forwards again */
        return at_ns - c->sequence % 20 * c->period_ns * 3 / 2;
    if (!strcmp(clock, "realtime"))
        return at_ns + now_ns(CLOCK_REALTIME) - now_ns(CLOCK_MONOTONIC);
    return at_ns;
}

static int refuse(int error)
{
    errno = error;
    return -1;
}

static int dequeue(struct camera *c, int fd, const struct behaviour *b, struct v4l2_buffer *buffer)
{
    uint64_t due;
    if (!c->streaming)
        return refuse(EINVAL);
    if (read(fd, &due, sizeof due) != sizeof due || !c->queue_length)
        return refuse(EAGAIN);
    c->sequence += due;
    int index = c->queued[0];
    memmove(c->queued, c->queued + 1, sizeof *c->queued * (size_t)--c->queue_length);

    uint32_t count = 0, bytes;
    for (size_t at = 0; at < c->pictures_bytes; at += 4 + bytes, count++)
        memcpy(&bytes, c->pictures + at, 4);
    size_t at = 0;
    memcpy(&bytes, c->pictures, 4);
    uint64_t shown = b->shows_count ? b->shows_first + c->sequence % b->shows_count : c->sequence;
    for (uint32_t i = 0; i < shown % count; i++) {
        at += 4 + bytes;
        memcpy(&bytes, c->pictures + at, 4);
    }
    uint32_t room = 2 * c->mode.width * c->mode.height;
    bytes = bytes < room ? bytes : room;
    memcpy(c->memory[index], c->pictures + at + 4, bytes);

    uint64_t stamp = stamp_ns(c, b->clock);
    memset(buffer, 0, sizeof *buffer);
    buffer->index = (uint32_t)index;
    buffer->type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
    buffer->memory = V4L2_MEMORY_MMAP;
    buffer->bytesused = bytes;
    buffer->length = room;
    buffer->sequence = (uint32_t)c->sequence;
    buffer->flags = V4L2_BUF_FLAG_TIMESTAMP_MONOTONIC | V4L2_BUF_FLAG_MAPPED;
    buffer->timestamp.tv_sec = (time_t)(stamp / 1000000000u);
    buffer->timestamp.tv_usec = (suseconds_t)(stamp % 1000000000u / 1000u);
    return 0;
}

static int list_formats(const struct behaviour *b, struct v4l2_fmtdesc *d)
{
    uint32_t listed[MAX_MODES], count = 0, asked = d->index;
    for (int i = 0; i < b->mode_count; i++) {
        uint32_t j = 0;
        while (j < count && listed[j] != b->modes[i].format)
            j++;
        if (j == count)
            listed[count++] = b->modes[i].format;
    }
    if (asked >= count || d->type != V4L2_BUF_TYPE_VIDEO_CAPTURE)
        return refuse(EINVAL);
    memset(d, 0, sizeof *d);
    d->index = asked;
    d->type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
    d->pixelformat = listed[asked];
    memcpy(d->description, &listed[asked], 4);
    return 0;
}

static int list_sizes(const struct behaviour *b, struct v4l2_frmsizeenum *s)
{
    uint32_t left = s->index;
    for (int i = 0; i < b->mode_count; i++) {
        const struct mode *m = &b->modes[i];
        int repeated = 0;
        for (int j = 0; j < i; j++)
            repeated |= b->modes[j].format == m->format && b->modes[j].width == m->width && b->modes[j].height == m->height;
        if (m->format != s->pixel_format || repeated || left--)
            continue;
        s->type = V4L2_FRMSIZE_TYPE_DISCRETE;
        s->discrete.width = m->width;
        s->discrete.height = m->height;
        return 0;
    }
    return refuse(EINVAL);
}

static int list_rates(const struct behaviour *b, struct v4l2_frmivalenum *r)
{
    uint32_t left = r->index;
    for (int i = 0; i < b->mode_count; i++) {
        const struct mode *m = &b->modes[i];
        if (m->format != r->pixel_format || m->width != r->width || m->height != r->height || left--)
            continue;
        r->type = V4L2_FRMIVAL_TYPE_DISCRETE;
        r->discrete.numerator = 1;
        r->discrete.denominator = m->fps;
        return 0;
    }
    return refuse(EINVAL);
}

static int answer(struct camera *c, int fd, unsigned long request, void *argument)
{
    struct behaviour b;
    if (read_behaviour(c->path, &b))
        return refuse(ENODEV);
    switch (request) {
    case VIDIOC_QUERYCAP: {
        struct v4l2_capability *capability = argument;
        memset(capability, 0, sizeof *capability);
        strcpy((char *)capability->driver, "fake");
        strcpy((char *)capability->card, b.card);
        strcpy((char *)capability->bus_info, "usb-fake");
        capability->device_caps = V4L2_CAP_VIDEO_CAPTURE | V4L2_CAP_STREAMING;
        capability->capabilities = capability->device_caps | V4L2_CAP_DEVICE_CAPS;
        return 0;
    }
    case VIDIOC_ENUM_FMT:
        return list_formats(&b, argument);
    case VIDIOC_ENUM_FRAMESIZES:
        return list_sizes(&b, argument);
    case VIDIOC_ENUM_FRAMEINTERVALS:
        return list_rates(&b, argument);
    case VIDIOC_G_FMT:
        describe(&c->mode, &((struct v4l2_format *)argument)->fmt.pix);
        return 0;
    case VIDIOC_S_FMT:
    case VIDIOC_TRY_FMT: {
        struct v4l2_pix_format *pix = &((struct v4l2_format *)argument)->fmt.pix;
        struct mode asked = {pix->pixelformat, pix->width, pix->height, c->mode.fps};
        if (request == VIDIOC_S_FMT && (b.busy || c->buffer_count))
            return refuse(EBUSY);
        choose(&b, &asked);
        describe(&asked, pix);
        if (request == VIDIOC_S_FMT)
            c->mode = asked;
        return 0;
    }
    case VIDIOC_G_PARM:
    case VIDIOC_S_PARM: {
        struct v4l2_captureparm *parameters = &((struct v4l2_streamparm *)argument)->parm.capture;
        if (request == VIDIOC_S_PARM) {
            if (b.busy || c->streaming)
                return refuse(EBUSY);
            struct v4l2_fract asked = parameters->timeperframe;
            c->mode.fps = asked.numerator ? asked.denominator / asked.numerator : c->mode.fps;
            choose(&b, &c->mode);
        }
        parameters->capability = V4L2_CAP_TIMEPERFRAME;
        parameters->timeperframe = (struct v4l2_fract){1, c->mode.fps};
        return 0;
    }
    case VIDIOC_REQBUFS: {
        struct v4l2_requestbuffers *asked = argument;
        if (b.busy)
            return refuse(EBUSY);
        if (asked->count > MAX_BUFFERS)
            asked->count = MAX_BUFFERS;
        c->buffer_count = (int)asked->count;
        c->queue_length = 0;
        return 0;
    }
    case VIDIOC_QUERYBUF: {
        struct v4l2_buffer *buffer = argument;
        if ((int)buffer->index >= c->buffer_count)
            return refuse(EINVAL);
        buffer->length = 2 * c->mode.width * c->mode.height;
        buffer->m.offset = buffer->index * 4096;
        return 0;
    }
    case VIDIOC_QBUF: {
        struct v4l2_buffer *buffer = argument;
        if ((int)buffer->index >= c->buffer_count || c->queue_length >= MAX_BUFFERS)
            return refuse(EINVAL);
        c->queued[c->queue_length++] = (int)buffer->index;
        return 0;
    }
    case VIDIOC_DQBUF:
        return dequeue(c, fd, &b, argument);
    case VIDIOC_STREAMON:
        return b.busy ? refuse(EBUSY) : start(c, fd, &b);
    case VIDIOC_STREAMOFF:
        return stop(c, fd);
    default:
        return refuse(ENOTTY);
    }
}

static struct camera *camera_of(int fd) { return fd >= 0 && fd < MAX_FDS ? cameras[fd] : NULL; }

int ioctl(int fd, unsigned long request, ...)
{
    va_list arguments;
    va_start(arguments, request);
    void *argument = va_arg(arguments, void *);
    va_end(arguments);
    if (!camera_of(fd))
        return REAL(ioctl)(fd, request, argument);
    pthread_mutex_lock(&lock);
    int result = answer(cameras[fd], fd, (uint32_t)request, argument);
    pthread_mutex_unlock(&lock);
    return result;
}

static int open_camera(const char *path, int flags)
{
    struct behaviour b;
    if (read_behaviour(path, &b))
        return refuse(ENOENT);
    int fd = timerfd_create(CLOCK_MONOTONIC, (flags & O_NONBLOCK ? TFD_NONBLOCK : 0) | TFD_CLOEXEC);
    if (fd < 0 || fd >= MAX_FDS)
        return refuse(EMFILE);
    struct camera *c = calloc(1, sizeof *c);
    snprintf(c->path, sizeof c->path, "%s", path);
    c->mode = b.modes[0];
    cameras[fd] = c;
    return fd;
}

#define OPEN(name)                                                                   \
    int name(const char *path, int flags, ...)                                       \
    {                                                                                \
        char mapped[PATH_MAX], real[PATH_MAX];                                       \
        va_list arguments;                                                           \
        va_start(arguments, flags);                                                  \
        mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(arguments, mode_t) : 0; \
        va_end(arguments);                                                           \
        const char *file = map(path, mapped);                                        \
        if (file != path && realpath(file, real) && strstr(real, "/dev/video"))      \
            return open_camera(strstr(real, "/dev/video"), flags);                   \
        return REAL(name)(file, flags, mode);                                        \
    }
OPEN(open)
OPEN(open64)

int close(int fd)
{
    struct camera *c = camera_of(fd);
    if (c) {
        stop(c, fd);
        cameras[fd] = NULL;
        free(c);
    }
    return REAL(close)(fd);
}

#define MMAP(name, offset_type)                                                                          \
    void *name(void *address, size_t length, int protection, int flags, int fd, offset_type offset)      \
    {                                                                                                    \
        struct camera *c = camera_of(fd);                                                                \
        if (!c)                                                                                          \
            return REAL(name)(address, length, protection, flags, fd, offset);                           \
        return c->memory[offset / 4096] =                                                                \
                   REAL(name)(NULL, length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0); \
    }
MMAP(mmap, off_t)
MMAP(mmap64, off64_t)

#define WITH_PATH(result, name, more, ...)                 \
    result name(const char *path more)                     \
    {                                                      \
        char mapped[PATH_MAX];                             \
        return REAL(name)(map(path, mapped), ##__VA_ARGS__); \
    }
#define AND ,
WITH_PATH(int, stat, AND struct stat *info, info)
WITH_PATH(int, stat64, AND struct stat64 *info, info)
WITH_PATH(int, lstat, AND struct stat *info, info)
WITH_PATH(int, lstat64, AND struct stat64 *info, info)
WITH_PATH(int, access, AND int mode, mode)
WITH_PATH(ssize_t, readlink, AND char *target AND size_t bytes, target, bytes)
WITH_PATH(DIR *, opendir, )

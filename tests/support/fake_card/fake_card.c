/* A sound card that is not there, as an ALSA plug-in: one sample rate, one format, one number of channels, as the configuration says.
 *
 *   pcm.NAME { type fakecard; rate 44100; format S16_LE; channels 1; file "/path" }
 *
 * It takes frames at its rate, by the monotonic clock, has no gaps, and writes them to the file. Its descriptor for poll is a timer.
 */
#include <alsa/asoundlib.h>
#include <alsa/pcm_external.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/timerfd.h>
#include <time.h>

struct card {
    snd_pcm_ioplug_t io;
    long rate, channels;
    snd_pcm_format_t format;
    FILE *file;
    uint64_t start_ns;
    snd_pcm_uframes_t written;
};

static uint64_t now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static int set_timer(struct card *card, long period_ns)
{
    struct timespec period = {0, period_ns};
    return timerfd_settime(card->io.poll_fd, 0, &(struct itimerspec){period, period}, NULL);
}

static int prepare(snd_pcm_ioplug_t *io)
{
    struct card *card = io->private_data;
    card->written = 0;
    return 0;
}

static int start(snd_pcm_ioplug_t *io)
{
    struct card *card = io->private_data;
    card->start_ns = now_ns();
    return set_timer(card, (long)(io->period_size * 1000000000u / io->rate));
}

static int stop(snd_pcm_ioplug_t *io) { return set_timer(io->private_data, 0); }

static snd_pcm_sframes_t pointer(snd_pcm_ioplug_t *io)
{
    struct card *card = io->private_data;
    if (io->state != SND_PCM_STATE_RUNNING)
        return 0;
    snd_pcm_uframes_t played = (now_ns() - card->start_ns) * io->rate / 1000000000u;
    /* Where nothing is left to play, its clock stands still: what a busy machine writes late is not late. */
    if (card->written && played >= card->written) {
        card->start_ns += (played - card->written + 1) * 1000000000u / io->rate;
        played = card->written - 1;
    }
    return (snd_pcm_sframes_t)(played % io->buffer_size);
}

static snd_pcm_sframes_t transfer(
    snd_pcm_ioplug_t *io, const snd_pcm_channel_area_t *areas, snd_pcm_uframes_t offset, snd_pcm_uframes_t frames)
{
    struct card *card = io->private_data;
    const char *first = (const char *)areas->addr + (areas->first + areas->step * offset) / 8;
    fwrite(first, areas->step / 8, frames, card->file);
    fflush(card->file);
    card->written += frames;
    return (snd_pcm_sframes_t)frames;
}

static int poll_revents(snd_pcm_ioplug_t *io, struct pollfd *fds, unsigned int count, unsigned short *revents)
{
    uint64_t periods;
    (void)count;
    *revents = 0;
    if (fds->revents & POLLIN && read(io->poll_fd, &periods, sizeof periods) == sizeof periods)
        *revents = POLLOUT;
    return 0;
}

static int close_card(snd_pcm_ioplug_t *io)
{
    struct card *card = io->private_data;
    fclose(card->file);
    close(io->poll_fd);
    free(card);
    return 0;
}

static const snd_pcm_ioplug_callback_t callbacks = {
    .prepare = prepare,
    .start = start,
    .stop = stop,
    .pointer = pointer,
    .transfer = transfer,
    .poll_revents = poll_revents,
    .close = close_card,
};

SND_PCM_PLUGIN_DEFINE_FUNC(fakecard)
{
    snd_config_iterator_t i, next;
    const char *format = "S16_LE", *file = "/dev/null";
    struct card *card = calloc(1, sizeof *card);
    (void)root;
    if (stream != SND_PCM_STREAM_PLAYBACK)
        return -EINVAL;
    snd_config_for_each(i, next, conf)
    {
        snd_config_t *entry = snd_config_iterator_entry(i);
        const char *id;
        if (snd_config_get_id(entry, &id) < 0)
            continue;
        if (!strcmp(id, "rate"))
            snd_config_get_integer(entry, &card->rate);
        else if (!strcmp(id, "channels"))
            snd_config_get_integer(entry, &card->channels);
        else if (!strcmp(id, "format"))
            snd_config_get_string(entry, &format);
        else if (!strcmp(id, "file"))
            snd_config_get_string(entry, &file);
    }
    card->format = snd_pcm_format_value(format);
    card->file = fopen(file, "wb");
    card->io.version = SND_PCM_IOPLUG_VERSION;
    card->io.name = "Fake card";
    card->io.callback = &callbacks;
    card->io.private_data = card;
    card->io.poll_fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
    card->io.poll_events = POLLIN;
    int error = snd_pcm_ioplug_create(&card->io, name, stream, mode);
    if (error < 0)
        return error;
    unsigned int formats[] = {(unsigned int)card->format}, rate = (unsigned int)card->rate, channels = (unsigned int)card->channels;
    unsigned int accesses[] = {SND_PCM_ACCESS_MMAP_INTERLEAVED, SND_PCM_ACCESS_RW_INTERLEAVED};
    snd_pcm_ioplug_set_param_list(&card->io, SND_PCM_IOPLUG_HW_ACCESS, 2, accesses);
    snd_pcm_ioplug_set_param_list(&card->io, SND_PCM_IOPLUG_HW_FORMAT, 1, formats);
    snd_pcm_ioplug_set_param_minmax(&card->io, SND_PCM_IOPLUG_HW_RATE, rate, rate);
    snd_pcm_ioplug_set_param_minmax(&card->io, SND_PCM_IOPLUG_HW_CHANNELS, channels, channels);
    *pcmp = card->io.pcm;
    return 0;
}
SND_PCM_PLUGIN_SYMBOL(fakecard);

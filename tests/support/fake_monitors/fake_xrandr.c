/* Several monitors on one virtual screen: stands for libXrandr.so.2, which SDL loads by its name.
 *
 * The file in FAKE_MONITORS has a line for each monitor, the first one primary: NAME X Y WIDTH HEIGHT. The structures are those of
 * libXrandr's interface, X11/extensions/Xrandr.h; nothing is sent to the server.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef unsigned long XID, Time;
typedef struct { XID id; unsigned width, height; unsigned long dot_clock; unsigned hsync_start, hsync_end, htotal, hskew, vsync_start,
                 vsync_end, vtotal; char *name; unsigned name_length; unsigned long flags; } Mode;
typedef struct { Time changed, configured; int ncrtc; XID *crtcs; int noutput; XID *outputs; int nmode; Mode *modes; } Resources;
typedef struct { Time changed; XID crtc; char *name; int name_length; unsigned long mm_width, mm_height; unsigned short connection,
                 subpixel_order; int ncrtc; XID *crtcs; int nclone; XID *clones; int nmode, npreferred; XID *modes; } Output;
typedef struct { Time changed; int x, y; unsigned width, height; XID mode; unsigned short rotation; int noutput; XID *outputs;
                 unsigned short rotations; int npossible; XID *possible; } Crtc;

enum { MOST = 8, OUTPUTS = 100, CRTCS = 200, MODES = 300, ROTATE_0 = 1 };

static struct monitor { char name[32]; int x, y; unsigned width, height; } monitors[MOST];
static XID outputs[MOST], crtcs[MOST], mode_ids[MOST];

static int read_monitors(void)
{
    int count = 0;
    FILE *file = fopen(getenv("FAKE_MONITORS"), "r");
    struct monitor *m = monitors;
    while (file && count < MOST && fscanf(file, "%31s %d %d %u %u", m->name, &m->x, &m->y, &m->width, &m->height) == 5) {
        outputs[count] = OUTPUTS + (XID)count;
        crtcs[count] = CRTCS + (XID)count;
        mode_ids[count] = MODES + (XID)count;
        m = &monitors[++count];
    }
    if (file)
        fclose(file);
    return count;
}

int XRRQueryExtension(void *display, int *event_base, int *error_base)
{
    (void)display;
    *event_base = 120;
    *error_base = 160;
    return 1;
}

int XRRQueryVersion(void *display, int *major, int *minor)
{
    (void)display;
    *major = 1;
    *minor = 5;
    return 1;
}

Resources *XRRGetScreenResources(void *display, XID window)
{
    (void)display, (void)window;
    int count = read_monitors();
    Resources *found = calloc(1, sizeof *found);
    Mode *modes = calloc(MOST, sizeof *modes);
    for (int i = 0; i < count; i++) /* 60 Hz */
        modes[i] = (Mode){.id = mode_ids[i], .width = monitors[i].width, .height = monitors[i].height, .htotal = monitors[i].width,
                          .vtotal = monitors[i].height, .dot_clock = 60ul * monitors[i].width * monitors[i].height,
                          .name = monitors[i].name, .name_length = (unsigned)strlen(monitors[i].name)};
    *found = (Resources){0, 0, count, crtcs, count, outputs, count, modes};
    return found;
}

Resources *XRRGetScreenResourcesCurrent(void *display, XID window) { return XRRGetScreenResources(display, window); }

void XRRFreeScreenResources(Resources *resources)
{
    free(resources->modes);
    free(resources);
}

Output *XRRGetOutputInfo(void *display, Resources *resources, XID output)
{
    (void)display, (void)resources;
    XID i = output - OUTPUTS;
    Output *found = calloc(1, sizeof *found);
    *found = (Output){.crtc = crtcs[i], .name = monitors[i].name, .name_length = (int)strlen(monitors[i].name), .ncrtc = 1,
                      .crtcs = &crtcs[i], .nmode = 1, .npreferred = 1, .modes = &mode_ids[i]};
    return found;
}

Crtc *XRRGetCrtcInfo(void *display, Resources *resources, XID crtc)
{
    (void)display, (void)resources;
    XID i = crtc - CRTCS;
    Crtc *found = calloc(1, sizeof *found);
    *found = (Crtc){0, monitors[i].x, monitors[i].y, monitors[i].width, monitors[i].height, mode_ids[i], ROTATE_0, 1, &outputs[i],
                    ROTATE_0, 1, &outputs[i]};
    return found;
}

void XRRFreeOutputInfo(Output *info) { free(info); }
void XRRFreeCrtcInfo(Crtc *info) { free(info); }
XID XRRGetOutputPrimary(void *display, XID window) { return (void)display, (void)window, OUTPUTS; }

XID *XRRListOutputProperties(void *display, XID output, int *count)
{
    (void)display, (void)output;
    *count = 0;
    return NULL;
}

/* SDL looks these up too, and does not need what they do. */
#define UNUSED(name) long name(void) { return 0; }
UNUSED(XRRSelectInput)
UNUSED(XRRSetCrtcConfig)
UNUSED(XRRSetScreenSize)
UNUSED(XRRGetScreenSizeRange)
UNUSED(XRRGetOutputProperty)
UNUSED(XRRQueryOutputProperty)
UNUSED(XRRConfigCurrentConfiguration)
UNUSED(XRRConfigCurrentRate)
UNUSED(XRRConfigRates)
UNUSED(XRRConfigSizes)
UNUSED(XRRFreeScreenConfigInfo)
UNUSED(XRRGetScreenInfo)
UNUSED(XRRSetScreenConfigAndRate)

//! The cameras of this machine: the only file that knows nokhwa.

use engine::cameras::{
    CameraError, CameraFormat, CameraPicture, CameraWish, Cameras, OpenCamera, WhichCamera,
};
use nokhwa::utils::{
    ApiBackend, CameraFormat as Offer, CameraIndex, CameraInfo, FrameFormat, RequestedFormat,
    RequestedFormatType, Resolution,
};
use nokhwa::{Camera, NokhwaError, query};
use pastiche_engine as engine;

/// What is asked for when nothing is wished: most cameras have it, and networks paint at less.
const USUAL_SIZE_PX: [u32; 2] = [1280, 720];
const USUAL_FPS: f64 = 30.0;

/// Formats that can be read, the leanest on the cable first: it decides between equals.
const FORMATS: [FrameFormat; 6] = [
    FrameFormat::MJPEG,
    FrameFormat::NV12,
    FrameFormat::YUYV,
    FrameFormat::RAWRGB,
    FrameFormat::RAWBGR,
    FrameFormat::GRAY,
];

/// The cameras of this machine.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemCameras;

/// The names of all cameras, in the order of their numbers.
///
/// # Errors
/// When the system does not tell.
pub fn camera_names() -> Result<Vec<String>, CameraError> {
    Ok(cameras()?.into_iter().map(|info| info.human_name()).collect())
}

impl Cameras for SystemCameras {
    fn open(&self, wish: &CameraWish) -> Result<Box<dyn OpenCamera>, CameraError> {
        let cameras = cameras()?;
        let names: Vec<String> = cameras.iter().map(CameraInfo::human_name).collect();
        let number = find(&names, &wish.which)?;
        let any = RequestedFormat::with_formats(RequestedFormatType::None, &FORMATS);
        let mut camera = Camera::new(cameras[number].index().clone(), any).map_err(told)?;
        let offers = camera.compatible_camera_formats().map_err(told)?;
        if let Some(best) = nearest(&offers, wish)
            && best != camera.camera_format()
        {
            // One that refuses its own offer goes on as it is.
            let wanted = RequestedFormat::with_formats(RequestedFormatType::Exact(best), &FORMATS);
            if let Err(error) = camera.set_camera_requset(wanted) {
                tracing::warn!("the camera `{}` refuses {best}: {error}", names[number]);
            }
        }
        camera.open_stream().map_err(told)?;
        Ok(Box::new(SystemCamera { name: names[number].clone(), camera }))
    }
}

struct SystemCamera {
    name: String,
    camera: Camera,
}

impl OpenCamera for SystemCamera {
    fn name(&self) -> String {
        self.name.clone()
    }

    fn wait(&mut self) -> Result<CameraPicture, CameraError> {
        let buffer = self.camera.frame().map_err(told)?;
        let resolution = buffer.resolution();
        let format = match buffer.source_frame_format() {
            FrameFormat::MJPEG => CameraFormat::Mjpeg,
            FrameFormat::YUYV => CameraFormat::Yuyv,
            FrameFormat::NV12 => CameraFormat::Nv12,
            FrameFormat::GRAY => CameraFormat::Grey,
            FrameFormat::RAWRGB => CameraFormat::Rgb,
            FrameFormat::RAWBGR => CameraFormat::Bgr,
        };
        let size_px = [resolution.width(), resolution.height()];
        // No one else holds the bytes once the buffer is gone, so that they move and are not copied.
        let bytes = buffer.buffer_bytes();
        drop(buffer);
        Ok(CameraPicture { size_px, format, bytes: bytes.into() })
    }
}

/// In the order of their numbers.
fn cameras() -> Result<Vec<CameraInfo>, CameraError> {
    #[cfg(target_os = "macos")]
    {
        // Asks the person for permission, once; without it no camera opens, which is reported then.
        static ASK: std::sync::Once = std::sync::Once::new();
        ASK.call_once(|| nokhwa::nokhwa_initialize(|_| {}));
    }
    let mut cameras = query(ApiBackend::Auto).map_err(told)?;
    cameras.sort_by_key(|info| match info.index() {
        CameraIndex::Index(index) => (*index, String::new()),
        CameraIndex::String(name) => (u32::MAX, name.clone()),
    });
    Ok(cameras)
}

fn told(error: NokhwaError) -> CameraError {
    CameraError::new(error.to_string())
}

/// The place of the wished camera among those that are there.
fn find(names: &[String], which: &WhichCamera) -> Result<usize, CameraError> {
    let found = match which {
        WhichCamera::Number(number) => usize::try_from(*number).ok().filter(|number| *number < names.len()),
        WhichCamera::Name(part) => {
            let part = part.to_lowercase();
            names.iter().position(|name| name.to_lowercase().contains(&part))
        }
    };
    found.ok_or_else(|| match names {
        [] => CameraError::new("there is no camera"),
        names => CameraError::new(format!("there is only {}", names.join(", "))),
    })
}

/// The offer that comes nearest to a wish: by its size, then its rate, then its format.
fn nearest(offers: &[Offer], wish: &CameraWish) -> Option<Offer> {
    let [width, height] = wish.size_px.unwrap_or(USUAL_SIZE_PX);
    let fps = wish.fps.unwrap_or(USUAL_FPS);
    let distance = |size: Resolution| {
        u64::from(size.width().abs_diff(width)) + u64::from(size.height().abs_diff(height))
    };
    let rank = |offer: &Offer| {
        let format = FORMATS.iter().position(|format| *format == offer.format()).unwrap_or(FORMATS.len());
        let off_rate = (f64::from(offer.frame_rate()) - fps).abs() * 1000.0;
        (distance(offer.resolution()), off_rate as u64, format)
    };
    offers.iter().filter(|offer| FORMATS.contains(&offer.format())).min_by_key(|offer| rank(offer)).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_camera_is_found_by_number_or_a_part_of_its_name() {
        let names = ["HD Webcam".to_owned(), "Capture Card".to_owned()];
        let name = |part: &str| WhichCamera::Name(part.into());
        assert_eq!(find(&names, &WhichCamera::Number(1)), Ok(1));
        assert_eq!(find(&names, &name("capture")), Ok(1));
        assert_eq!(find(&names, &name("")), Ok(0));
        let error = find(&names, &name("phone")).unwrap_err();
        assert_eq!(error.why, "there is only HD Webcam, Capture Card");
        assert!(find(&names, &WhichCamera::Number(2)).is_err());
        assert_eq!(find(&[], &name("x")).unwrap_err().why, "there is no camera");
    }

    #[test]
    fn the_nearest_offer_is_taken() {
        let offer = |width, height, format, fps| Offer::new_from(width, height, format, fps);
        let offers = [
            offer(1920, 1080, FrameFormat::MJPEG, 30),
            offer(1280, 720, FrameFormat::YUYV, 10),
            offer(1280, 720, FrameFormat::YUYV, 30),
            offer(1280, 720, FrameFormat::MJPEG, 30),
            offer(1280, 720, FrameFormat::MJPEG, 60),
            offer(640, 480, FrameFormat::YUYV, 30),
        ];
        let wish = |size_px, fps| CameraWish { which: WhichCamera::Number(0), size_px, fps };
        let taken = |size_px, fps| nearest(&offers, &wish(size_px, fps)).unwrap();
        assert_eq!(taken(None, None), offers[3]);
        assert_eq!(taken(Some([640, 360]), None), offers[5]);
        assert_eq!(taken(Some([1280, 720]), Some(50.0)), offers[4]);
        assert_eq!(taken(Some([4000, 3000]), Some(9.0)), offers[0]);
        assert_eq!(nearest(&[], &wish(None, None)), None);
    }
}

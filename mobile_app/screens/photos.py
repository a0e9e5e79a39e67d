"""Photos of the job: taken here, sent by themselves after everything else."""

from kivy.properties import ObjectProperty
from kivy.uix.boxlayout import BoxLayout
from kivy.uix.image import Image

from mobile_app.core.view import JobView, PhotoView
from mobile_app.screens.page import JobPage
from mobile_app.screens.parts.looks import load_looks
from mobile_app.screens.parts.texts import Panel
from mobile_app.screens.words import Words

MB = 1_000_000


class PhotoTile(BoxLayout):
    """The picture, how big it is, how far it has gone."""

    item = ObjectProperty(rebind=True)

    def state(self, words: Words, photo: PhotoView) -> str:
        if photo.state in ("sent", "refused"):
            return words.say(f"photos.{photo.state}")
        if photo.sent:
            return words.say("photos.sending", percent=100 * photo.sent // max(1, photo.bytes))
        return words.say("photos.waiting")

    def size_line(self, words: Words, photo: PhotoView) -> str:
        return words.say("photos.size", mb=f"{photo.bytes / MB:.1f}")


class Photos(JobPage):
    def take(self) -> None:
        self.frame.take_photo(self.job_id)

    def on_job(self, _: object, job: JobView) -> None:
        grid = self.ids.get("grid")
        if grid is None:
            return
        while len(grid.children) > len(job.photos):
            grid.remove_widget(grid.children[0])
        for tile, photo in zip(reversed(grid.children), job.photos, strict=False):
            tile.item = photo
        for photo in job.photos[len(grid.children) :]:
            grid.add_widget(PhotoTile(item=photo))

    def on_pre_enter(self) -> None:
        self.on_job(self, self.job)


load_looks(__file__, Image, Panel)
